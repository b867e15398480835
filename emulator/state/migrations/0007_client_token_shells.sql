-- The shell that makes what a client token stands for, until it is made; see instance.shell.
ALTER TABLE client_token ADD COLUMN shell TEXT;
