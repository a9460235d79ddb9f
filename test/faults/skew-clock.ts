/** Preloaded into a process to skew its clock by `TEST_CLOCK_SKEW_MS`, for all of JavaScript. */
const skewMs = Number(process.env.TEST_CLOCK_SKEW_MS);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [RealDate.now() + skewMs] : given, newTarget),
  apply: () => new RealDate(RealDate.now() + skewMs).toString(),
  get: (target, property) =>
    property === "now" ? () => RealDate.now() + skewMs : Reflect.get(target, property),
});
