// Serves a folder as an S3 bucket on loopback and prints its port. A separate process: it needs Node's HTTP
// server, and ends with the test.
const S3rver = require("s3rver");

new S3rver({
  port: 0,
  address: "127.0.0.1",
  silent: true,
  directory: `${process.argv[2]}/objects`,
  configureBuckets: [{ name: "backups" }],
}).run((error, address) => {
  if (error) throw error;
  process.stdout.write(`${address.port}\n`);
});
