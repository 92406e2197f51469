"""The machinery that tests share, independent of the product's code.

`ports processes waiting`   a child process in its own group, and waiting without sleeping blindly
`postgres redis lent`       throw-away servers, and databases that tests borrow
`webpages`                  a tiny web server for the kit's own tests
`chromium devtools traffic accessibility camera`   phones and tills in Debian's Chromium
`firefox bidi pushservice`  the real push in a real browser
`contact_sheet`             every screen on a few pictures
`shop`                      the real product on a free port
`system`                    which Debian packages all this needs
"""
