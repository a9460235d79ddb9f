/** The current instant, and how far it is to be believed; replaced in tests so that time can be moved. */
export interface Clock {
  /** The database's time, so that what several processes write can be compared. */
  now(): Date;
  /**
   * For how many milliseconds the database has answered without a gap. After a gap leases look expired that
   * nobody could renew: whoever ends others' work waits until they had the time to say that they live.
   */
  steadyMs(): number;
}
