"""The page of one head.

``page`` puts it together. ``panels`` holds panels a to i of a head that was tested, ``profiles`` draws where it
looks, ``tracks`` what is aligned along d (logos, correlation, mutagenesis), ``strips`` the tests against the
controls, and ``sentences`` words it all.
"""
