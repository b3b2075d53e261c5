require("@nomicfoundation/hardhat-ethers");
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require("hardhat/builtin-tasks/task-names");
const { subtask } = require("hardhat/config");

const VERSION = "0.8.30";

// npm's compiler, which package.json names: nothing is fetched while compiling.
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async ({ solcVersion }) => ({
  version: solcVersion,
  longVersion: require("solc").version(),
  compilerPath: require.resolve("solc/soljson.js"),
  isSolcJs: true,
}));

const { RPC_URL, PRIVATE_KEY } = process.env;

module.exports = {
  solidity: {
    version: VERSION,
    settings: { viaIR: true, optimizer: { enabled: true }, evmVersion: "cancun" },
  },
  networks: RPC_URL ? { chain: { url: RPC_URL, accounts: PRIVATE_KEY ? [PRIVATE_KEY] : "remote" } } : {},
};
