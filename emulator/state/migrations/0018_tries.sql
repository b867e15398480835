-- How the latest tries of an event went, a JSON array each, oldest first: when it began and ended, the attempt that it
-- was (null: no handler saw the event), the handler's and the worker's start's milliseconds, the error.
ALTER TABLE invocation ADD COLUMN tries TEXT NOT NULL DEFAULT '[]';

-- When the try began that is under way.
ALTER TABLE invocation ADD COLUMN begun_at REAL;

ALTER TABLE invocation ADD COLUMN replayed_at REAL;

-- Who was told of the end: an ARN, and a request id or an object's key, a JSON array each.
ALTER TABLE invocation ADD COLUMN told TEXT NOT NULL DEFAULT '[]';
