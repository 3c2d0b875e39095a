-- The Postgres twin of migrations/sqlite/0014_host_sums.sql.
-- What the hosts of a project use of its quota, in one row that follows them: no request is weighed by counting hosts.
CREATE TABLE host_sum (
  project_id TEXT COLLATE "C" PRIMARY KEY REFERENCES project (id),
  hosts BIGINT NOT NULL,
  vcpu BIGINT NOT NULL,
  memory_mib BIGINT NOT NULL,
  disks_gib BIGINT NOT NULL
);
DROP INDEX host_usage;

-- One that couldn't be made uses nothing.
CREATE FUNCTION host_sum_follows() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.status <> 'deploy_failed' THEN
    UPDATE host_sum SET hosts = hosts - 1, vcpu = vcpu - OLD.vcpu - OLD.growing_vcpu,
      memory_mib = memory_mib - OLD.memory_mib - OLD.growing_memory_mib,
      disks_gib = disks_gib - OLD.disks_gib - OLD.growing_disks_gib
    WHERE project_id = OLD.project_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.status <> 'deploy_failed' THEN
    INSERT INTO host_sum AS s (project_id, hosts, vcpu, memory_mib, disks_gib)
      VALUES (NEW.project_id, 1, NEW.vcpu + NEW.growing_vcpu, NEW.memory_mib + NEW.growing_memory_mib,
        NEW.disks_gib + NEW.growing_disks_gib)
      ON CONFLICT (project_id) DO UPDATE SET hosts = s.hosts + 1, vcpu = s.vcpu + excluded.vcpu,
        memory_mib = s.memory_mib + excluded.memory_mib, disks_gib = s.disks_gib + excluded.disks_gib;
  END IF;
  RETURN NULL;
END
$$;
-- These lock the table, so that nothing changes between them and what is summed up below.
CREATE TRIGGER host_sum_follows AFTER INSERT OR DELETE ON host FOR EACH ROW EXECUTE FUNCTION host_sum_follows();
-- Hosts that start and stop leave the row, and whoever waits for it, alone.
CREATE TRIGGER host_sum_changes AFTER UPDATE ON host FOR EACH ROW
WHEN ((OLD.status = 'deploy_failed', OLD.project_id, OLD.vcpu + OLD.growing_vcpu, OLD.memory_mib + OLD.growing_memory_mib,
    OLD.disks_gib + OLD.growing_disks_gib)
  IS DISTINCT FROM (NEW.status = 'deploy_failed', NEW.project_id, NEW.vcpu + NEW.growing_vcpu,
    NEW.memory_mib + NEW.growing_memory_mib, NEW.disks_gib + NEW.growing_disks_gib))
EXECUTE FUNCTION host_sum_follows();
INSERT INTO host_sum (project_id, hosts, vcpu, memory_mib, disks_gib)
  SELECT project_id, COUNT(*), SUM(vcpu + growing_vcpu), SUM(memory_mib + growing_memory_mib),
    SUM(disks_gib + growing_disks_gib)
  FROM host WHERE status <> 'deploy_failed' GROUP BY project_id;
