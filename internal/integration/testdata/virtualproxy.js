// Reads the default virtual proxy with qrs-interact, adds a host to its allow
// list, tries to write an outdated copy, and puts everything back.
'use strict';

const qrsInteract = require('qrs-interact');

const [host, port, certificates, added] = process.argv.slice(2);

async function main() {
  const qrs = new qrsInteract({
    hostname: host,
    portNumber: Number(port),
    localCertPath: certificates,
    repoAccount: 'UserDirectory=INTERNAL; UserId=sa_api',
  });
  const about = (await qrs.Get('about')).body;
  const id = (await qrs.Get('virtualproxyconfig/full?filter=defaultVirtualProxy eq true')).body[0].id;
  const read = async () => (await qrs.Get(`virtualproxyconfig/${id}`)).body;
  const write = (proxy) => qrs.Put(`virtualproxyconfig/${id}`, proxy);

  const before = await read();
  const list = [...before.websocketCrossOriginWhiteList];
  await write({ ...before, websocketCrossOriginWhiteList: [...list, added] });
  const stored = await read();

  let stale = 'accepted';
  try {
    await write({ ...before, description: 'outdated' });
  } catch (err) {
    stale = (/error code: (\d+)/.exec(err.message) || [])[1] || err.message;
  }

  await write({ ...stored, websocketCrossOriginWhiteList: list });
  const after = await read();
  console.log(JSON.stringify({
    version: about.buildVersion,
    before: list,
    stored: stored.websocketCrossOriginWhiteList,
    stale,
    after: after.websocketCrossOriginWhiteList,
  }));
}

main().catch((err) => {
  console.error(err);
  process.exitCode = 1;
});
