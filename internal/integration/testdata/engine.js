// Opens Qlik's engine with enigma.js through the proxy in front of it, and asks
// for its version.
'use strict';

const fs = require('fs');
const https = require('https');
const tls = require('tls');
const WebSocket = require('ws');
const enigma = require('enigma.js');
const schema = require('enigma.js/schemas/12.612.0.json');

const [name, address, authority, cookie] = process.argv.slice(2);
const [host, port] = [address.slice(0, address.lastIndexOf(':')), address.slice(address.lastIndexOf(':') + 1)];
const ca = fs.readFileSync(authority);
const headers = { 'User-Agent': 'Mozilla/5.0 (Windows NT 10.0)', ...(cookie ? { Cookie: cookie } : {}) };

// The name is verified; only the address is another.
const createConnection = () => tls.connect({ host, port, ca, servername: name });

// Newer releases want a token in the address of a socket.
function token() {
  return new Promise((resolve, reject) => {
    https.get({ host: name, path: '/qps/csrftoken', headers, createConnection }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.headers['qlik-csrf-token'] || ''));
    }).on('error', reject);
  });
}

async function main() {
  const csrf = await token();
  const url = `wss://${name}/app/engineData${csrf ? `?qlik-csrf-token=${encodeURIComponent(csrf)}` : ''}`;
  const session = enigma.create({
    schema,
    url,
    createSocket: (to) => new WebSocket(to, { headers, origin: `https://${name}`, createConnection }),
  });
  const global = await session.open();
  const { qComponentVersion } = await global.engineVersion();
  const user = await global.getAuthenticatedUser();
  await session.close();
  console.log(JSON.stringify({ version: qComponentVersion, user, token: csrf !== '' }));
}

main().catch((err) => {
  console.error(err.message || err);
  process.exitCode = 1;
});
