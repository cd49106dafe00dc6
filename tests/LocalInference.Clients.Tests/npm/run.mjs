// Runs one scenario of one client against a server: node run.mjs CLIENT SCENARIO URL REGISTRY. Exits with 0 if all is as it should be.
const [client, scenario, url, registry] = process.argv.slice(2);
const { scenarios } = await import(`./${client}.mjs`);
await scenarios(url, registry)[scenario]();
