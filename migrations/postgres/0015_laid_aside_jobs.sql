-- Whether an earlier job of an order was laid aside is asked before each that has to wait for it.
CREATE INDEX job_laid_aside ON job (okey, id) WHERE okey IS NOT NULL AND state = 3;
