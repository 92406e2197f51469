"""The timeline 动态 of a member: everything that happened between them and the shop, from every domain, newest first. It owns no table."""
