"""The result model as text: each format a function of it."""

#: The formats of an audit's report; ``formats.py`` renders them. Here so that the command's help
#: needs no import of the audit.
FORMATS = ("terminal", "json", "sarif", "junit", "markdown", "html")
