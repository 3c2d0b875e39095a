-- Lists of one kind, workflow or support, along their own numbers. The planner takes the kinds to be spread evenly: along the
-- primary key, or an index that begins with the kind, it would walk over all support tickets that are newer than the page.
CREATE INDEX ticket_workflow_list ON ticket (number) WHERE support = 0;
CREATE INDEX ticket_support_list ON ticket (number) WHERE support = 1;
DROP INDEX ticket_support;
