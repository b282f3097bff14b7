"""The page of one head.

``page`` puts it together for the template head.html; ``panels`` gathers the values of a head that was tested.
``figures`` draws panels a to f, ``strips`` the tests against the controls (g), ``curves`` the two small panels;
``names`` lists what its logo fits (h). Its sentences are in the templates head_tested.html and head_words.html.
"""
