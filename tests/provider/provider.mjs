// A real identity provider for the tests: npm's oidc-provider, on loopback.
//
// node provider.mjs CLIENT_ADDRESS: prints its issuer as its first line. What a test does to it goes
// to /control/…: users are disabled there, keys exchanged, refresh tokens given or not. The answer is
// what the provider sent to Clew last.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";

const [client] = process.argv.slice(2);
const disabled = new Set();
const people = new Map();
let issueRefreshTokens = true;
let lastSent = "";

const newKey = () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "RS256", use: "sig" };
};

const account = (ctx, id) => {
  if (disabled.has(id)) return undefined;
  const told = people.get(id) ?? { preferred_username: id };
  return { accountId: id, claims: () => ({ sub: id, ...told }) };
};

const configured = (issuer) => ({
  clients: [
    {
      client_id: "clew",
      client_secret: "a-secret-of-the-tests",
      redirect_uris: [`${client}/oidc/callback`],
      grant_types: ["authorization_code", "refresh_token"],
      backchannel_logout_uri: `${client}/oidc/logout`,
      backchannel_logout_session_required: true,
    },
  ],
  claims: { openid: ["sub"], profile: ["preferred_username", "name"], email: ["email", "email_verified"] },
  cookies: { keys: ["a-key-of-the-tests"] },
  features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
  // without its own dispatcher, which refuses to call back to loopback
  fetch: (url, { dispatcher, ...options }) => {
    lastSent = String(options.body);
    return fetch(url, options);
  },
  findAccount: account,
  issueRefreshToken: async (ctx, client, code) => issueRefreshTokens && code.scopes.has("offline_access"),
  jwks: { keys: [newKey()] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, IdToken: 3600 },
});

let issuer;
let provider;
const renew = () => {
  provider = new Provider(issuer, configured(issuer));
  for (const event of ["backchannel.error", "server_error"]) {
    provider.on(event, (...told) => console.error(event, told.find((one) => one instanceof Error)));
  }
};

const control = async (url, body) => {
  const said = body ? JSON.parse(body) : {};
  if (url === "/control/person") people.set(said.sub, said.claims);
  else if (url === "/control/disable") disabled.add(said.sub);
  else if (url === "/control/enable") disabled.delete(said.sub);
  else if (url === "/control/keys") renew();
  else if (url === "/control/sent");
  else if (url === "/control/refresh") issueRefreshTokens = said.issue;
  else return 404;
  return 200;
};

const server = createServer((request, response) => {
  if (!request.url.startsWith("/control/")) return provider.callback()(request, response);
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", async () => {
    response.statusCode = await control(request.url, body);
    response.end(lastSent);
  });
});
server.listen(0, "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  renew();
  console.log(issuer);
});
