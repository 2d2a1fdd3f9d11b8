CREATE INDEX activity_definition_position ON activity_definition (position);
