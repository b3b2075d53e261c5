// Needs RPC_URL, ORACLE and MODEL_ID; PRIVATE_KEY too, unless the node signs.
const { ethers } = require("hardhat");

async function main() {
  const { ORACLE, MODEL_ID } = process.env;
  if (!ORACLE || !MODEL_ID) throw new Error("expected ORACLE and MODEL_ID in the environment: see README.md");
  const asker = await ethers.deployContract("Asker", [ORACLE, MODEL_ID]);
  await asker.waitForDeployment();
  console.log(`Deployed to: ${await asker.getAddress()}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
