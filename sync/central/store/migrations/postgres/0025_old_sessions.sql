-- Sessions belong to accounts since 0009.
DROP TABLE sessions;
