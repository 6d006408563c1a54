"""The coin-flip lab: a page where frozen draws slide along the integrand as a knob is moved.

`experiment` is the problem of one number that is shown, `lab` makes the page out of the scripts,
HTML and CSS beside it.
"""
