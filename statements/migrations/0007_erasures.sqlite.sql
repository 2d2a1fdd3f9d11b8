CREATE TABLE erased_statement (
    position INTEGER NOT NULL PRIMARY KEY
);
CREATE TABLE erased_person (
    identifier BLOB NOT NULL PRIMARY KEY
);
CREATE TRIGGER erased_statement_no_update BEFORE UPDATE ON erased_statement
BEGIN SELECT RAISE(ABORT, 'erased_statement is append-only'); END;
CREATE TRIGGER erased_statement_no_delete BEFORE DELETE ON erased_statement
BEGIN SELECT RAISE(ABORT, 'erased_statement is append-only'); END;
CREATE TRIGGER erased_person_no_update BEFORE UPDATE ON erased_person
BEGIN SELECT RAISE(ABORT, 'erased_person is append-only'); END;
CREATE TRIGGER erased_person_no_delete BEFORE DELETE ON erased_person
BEGIN SELECT RAISE(ABORT, 'erased_person is append-only'); END;
