"""Models, one file a family: a registered function returns its `Model`s, one a precision."""
