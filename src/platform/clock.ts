/** The current time and how far it can be trusted; replaced in tests so that time can be moved. */
export interface Clock {
  /** The database's time, so that timestamps written by several processes are comparable. */
  now(): Date;
  /**
   * Milliseconds for which the database has answered without a gap. After a gap, leases look expired because
   * they could not be renewed: recovery waits until their owners had time to renew them.
   */
  steadyMs(): number;
}
