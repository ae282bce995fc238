// Reads a Qlik site with qlik-repo-api, changes a virtual proxy, and puts it back.
import fs from 'node:fs';
import https from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, address, certificates, name, added] = process.argv.slice(2);
const { QlikRepoApi } = await import(pathToFileURL(path.join(modules, 'qlik-repo-api', 'dist', 'index.js')));
createRequire(import.meta.url);

const at = address.lastIndexOf(':');
const read = (file) => fs.readFileSync(path.join(certificates, file));
const api = new QlikRepoApi.client({
  host: address.slice(0, at),
  port: Number(address.slice(at + 1)),
  httpsAgent: new https.Agent({ ca: read('root.pem'), cert: read('client.pem'), key: read('client_key.pem'), servername: name }),
  authentication: { user_dir: 'INTERNAL', user_name: 'sa_api' },
});

const about = await api.about.get();
const proxies = await api.proxies.getAll();
const nodes = await api.nodes.getAll();
const [vp] = await api.virtualProxies.getFilter({ filter: 'defaultVirtualProxy eq true' });
const before = [...vp.details.websocketCrossOriginWhiteList];
await vp.update({ websocketCrossOriginWhiteList: [...before, added] });
const [now] = await api.virtualProxies.getFilter({ filter: 'defaultVirtualProxy eq true' });
const stored = [...now.details.websocketCrossOriginWhiteList];
await now.update({ websocketCrossOriginWhiteList: before });
console.log(JSON.stringify({
  build: about.buildVersion,
  kerberos: proxies.map((p) => p.details.settings.kerberosAuthentication),
  nodes: nodes.map((n) => n.details.hostName),
  before,
  stored,
}));
