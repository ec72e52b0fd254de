import { jobStateSchema, type JobState } from '#shared/domain/jobState';

/** How a job's state stands in its row: a job that was asked to stop is `running` until it has. */
export interface JobColumns {
  readonly state: string;
  readonly stopping: string | null;
}

const STOPPING: Readonly<Partial<Record<JobState, string>>> = { pausing: 'pause', cancelling: 'cancel' };

export function toColumns(state: JobState): JobColumns {
  const stopping = STOPPING[state] ?? null;
  return { state: stopping === null ? state : 'running', stopping };
}

export function fromColumns({ state, stopping }: JobColumns): JobState {
  if (stopping === null) return jobStateSchema.parse(state);
  return stopping === 'pause' ? 'pausing' : 'cancelling';
}
