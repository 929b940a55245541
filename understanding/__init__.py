"""What a message means: one reading gives its intent, the danger in it, and what of the knowledge it asks for
(architecture, `understanding/`; requirement rows Q3, Q4, E2, C1).

`text` writes a message in one form; `features` cuts it; `inline` reads it within a tenth of a millisecond, without any
library; `second` reads it again with the vector of an encoder, where there is one; `cascade` joins both with the exact
rules of `rules.toml` and with what the talk waits for. Pure but for `encoder`. The weights come from `data/` by
`make understanding`.
"""
