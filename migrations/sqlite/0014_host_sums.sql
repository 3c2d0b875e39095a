-- What the hosts of a project use of its quota, in one row that follows them: no request is weighed by counting hosts.
CREATE TABLE host_sum (
  project_id TEXT PRIMARY KEY REFERENCES project (id),
  hosts INTEGER NOT NULL,
  vcpu INTEGER NOT NULL,
  memory_mib INTEGER NOT NULL,
  disks_gib INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO host_sum (project_id, hosts, vcpu, memory_mib, disks_gib)
  SELECT project_id, COUNT(*), SUM(vcpu + growing_vcpu), SUM(memory_mib + growing_memory_mib),
    SUM(disks_gib + growing_disks_gib)
  FROM host WHERE status <> 'deploy_failed' GROUP BY project_id;
DROP INDEX host_usage;

-- One that couldn't be made uses nothing.
CREATE TRIGGER host_sum_grows AFTER INSERT ON host WHEN NEW.status <> 'deploy_failed'
BEGIN
  INSERT INTO host_sum (project_id, hosts, vcpu, memory_mib, disks_gib)
    VALUES (NEW.project_id, 1, NEW.vcpu + NEW.growing_vcpu, NEW.memory_mib + NEW.growing_memory_mib,
      NEW.disks_gib + NEW.growing_disks_gib)
    ON CONFLICT (project_id) DO UPDATE SET hosts = hosts + 1, vcpu = vcpu + excluded.vcpu,
      memory_mib = memory_mib + excluded.memory_mib, disks_gib = disks_gib + excluded.disks_gib;
END;
CREATE TRIGGER host_sum_shrinks AFTER DELETE ON host WHEN OLD.status <> 'deploy_failed'
BEGIN
  UPDATE host_sum SET hosts = hosts - 1, vcpu = vcpu - OLD.vcpu - OLD.growing_vcpu,
    memory_mib = memory_mib - OLD.memory_mib - OLD.growing_memory_mib,
    disks_gib = disks_gib - OLD.disks_gib - OLD.growing_disks_gib
  WHERE project_id = OLD.project_id;
END;
CREATE TRIGGER host_sum_changes AFTER UPDATE OF
  project_id, status, vcpu, growing_vcpu, memory_mib, growing_memory_mib, disks_gib, growing_disks_gib ON host
BEGIN
  UPDATE host_sum SET hosts = hosts - 1, vcpu = vcpu - OLD.vcpu - OLD.growing_vcpu,
    memory_mib = memory_mib - OLD.memory_mib - OLD.growing_memory_mib,
    disks_gib = disks_gib - OLD.disks_gib - OLD.growing_disks_gib
  WHERE project_id = OLD.project_id AND OLD.status <> 'deploy_failed';
  INSERT INTO host_sum (project_id, hosts, vcpu, memory_mib, disks_gib)
    SELECT NEW.project_id, 1, NEW.vcpu + NEW.growing_vcpu, NEW.memory_mib + NEW.growing_memory_mib,
      NEW.disks_gib + NEW.growing_disks_gib
    WHERE NEW.status <> 'deploy_failed'
    ON CONFLICT (project_id) DO UPDATE SET hosts = hosts + 1, vcpu = vcpu + excluded.vcpu,
      memory_mib = memory_mib + excluded.memory_mib, disks_gib = disks_gib + excluded.disks_gib;
END;
