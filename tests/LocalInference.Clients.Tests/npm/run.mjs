// Runs one scenario of one client against a server: node run.mjs CLIENT SCENARIO URL. Exits with 0 if all is as it should be.
const [client, scenario, url] = process.argv.slice(2);
const { scenarios } = await import(`./${client}.mjs`);
await scenarios(url)[scenario]();
