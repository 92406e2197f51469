"""What may be allowed here. A condition also needs the permission to read what it is about (kinds)."""

SEGMENTS_READ = "segments:read"
SEGMENTS_CHANGE = "segments:change"
TAGS_CHANGE = (
    "tags:change"  # which tags there are, and their rules; putting one on by hand is part of changing a member
)
