"""Pages: HTML files that work offline.

`document` puts one together. `lesson/` and `lab/` are a page each, with its Python, scripts, HTML
and style sheet; the scripts beside them are used by both.
"""
