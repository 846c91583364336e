-- Runs once, on an empty data volume: a role and databases for CoAgent and for Temporal, each closed to the other.
\getenv coagent_password COAGENT_DB_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

CREATE ROLE coagent LOGIN PASSWORD :'coagent_password';
CREATE DATABASE coagent OWNER coagent;
REVOKE ALL ON DATABASE coagent FROM PUBLIC;

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE ALL ON DATABASE temporal, temporal_visibility FROM PUBLIC;
