"""The main story: a change in a bucket becomes an event, a queued invocation, a result.

    cp -> watcher -> reconcile -> Enqueuer (same transaction) -> InvocationQueue -> Dispatcher -> Fleet -> settled

The only package that knows both buckets and functions. Up to the queue it happens in whichever process noticed the
change (`enqueuer`); from there on in the server (`serving`, with what it does of itself in `background`). `triggers`
says which change runs which function.
"""
