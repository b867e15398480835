-- Which version or alias an event is for, and the X-Ray trace header that it came with: its lineage tells a loop.
ALTER TABLE invocation ADD COLUMN qualifier TEXT;

ALTER TABLE invocation ADD COLUMN trace TEXT NOT NULL DEFAULT '';
