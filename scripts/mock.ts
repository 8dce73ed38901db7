import { type RunningServer, startPrism } from "../contract-tests/support/prism.js";
import { CliError, command, exitCode, messageOf, start } from "./lib/cli.js";
import { requestLine } from "./mock/request-line.js";

export const run = command(
  {
    usage: "npm run mock [-- --port 4010]",
    options: { port: { type: "string", default: "4010" } },
  },
  async ({ values }, io) => {
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535) {
      const given = values.port === "" ? "empty" : values.port;
      throw new CliError(`--port must be a whole number from 0 to 65535, not ${given}.`);
    }
    let mock: RunningServer;
    try {
      mock = await startPrism({
        port,
        onAnswered: (request, response) => io.out(requestLine(request, response)),
      });
    } catch (error) {
      throw new CliError(
        messageOf(error).includes("EADDRINUSE")
          ? `Port ${port} is in use. Stop what uses it, or choose another: npm run mock -- --port 4011`
          : `The mock did not start: ${messageOf(error)}`,
      );
    }
    io.out(`The mock runs at ${mock.url} and prints a line for each request. Ctrl-C stops it.`);
    await io.stopped();
    await mock.close();
    return exitCode.done;
  },
);

start(import.meta, run);
