"""Methods of other libraries, one adapter per file: the extra ``attnconn[peers]``.

Nothing here imports a library before it is used. tigramite is GPL-3, and so is pygam, which
lingam brings: neither is needed by, or shipped with, attnconn.
"""
