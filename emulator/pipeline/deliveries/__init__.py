"""Notifications for those that are no functions: a folder, where each becomes a JSON file, and a web server.

    change + row (one transaction, `deliveries`) -> Deliverer -> FolderSender or WebSender -> row gone

At least once, and once where a file's name tells that it is there: what is not known to have arrived is sent again.
"""
