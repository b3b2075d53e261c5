const assert = require("node:assert/strict");
const { ethers } = require("hardhat");

// Made by the test that runs this: the net of the digit reader, and what it says.
const given = require("../given.json");
const UNIT = ethers.parseEther("0.1");
const ONE = ethers.parseEther("1");

describe("Cheques, which read a digit and pay it in the same transaction", () => {
  let drawer, payee, factory;

  const drawn = async (net) => {
    const cheques = await ethers.deployContract("Cheques", [net, given.modelRoot, 0, UNIT]);
    await cheques.deposit({ value: ONE });
    return cheques;
  };

  beforeEach(async () => {
    await ethers.provider.send("hardhat_reset");
    [drawer, payee] = await ethers.getSigners();
    factory = await ethers.deployContract("NetFactory");
    assert.equal((await factory.getAddress()).toLowerCase(), given.factory);
  });

  const created = async (creations) => {
    for (const creation of creations) await factory.create(creation);
  };

  it("pay each digit as the model reads it", async () => {
    await created(given.creations);
    assert.equal(ethers.keccak256(await ethers.provider.getCode(given.net.at)), given.net.codeHash);
    const cheques = await drawn(given.net);
    for (const { image, answer, digit } of given.digits) {
      assert.equal(await ethers.provider.call({ to: given.net.at, data: image }), answer);
      const before = await ethers.provider.getBalance(payee);
      if (UNIT * BigInt(digit) > (await cheques.balances(drawer))) {
        await assert.rejects(cheques.cash(image, payee), /NotCovered/);
        continue;
      }
      await cheques.cash(image, payee);
      assert.equal((await ethers.provider.getBalance(payee)) - before, UNIT * BigInt(digit));
    }
  });

  it("ask the oracle where the net is not there", async () => {
    const cheques = await drawn(given.net);
    await assert.rejects(cheques.cash(given.digits[0].image, payee), /UseOracle/);
  });

  it("ask the oracle where another net is at the address", async () => {
    await ethers.provider.send("hardhat_setCode", [given.net.at, "0x602c5ff3"]); // 44 zeros
    const cheques = await drawn(given.net);
    assert.equal(await ethers.provider.call({ to: given.net.at, data: "0x" }), "0x" + "00".repeat(44));
    await assert.rejects(cheques.cash(given.digits[0].image, payee), /UseOracle/);
  });

  it("find no net whose chunk is missing", async () => {
    await created(given.creations.slice(1, -1));
    await assert.rejects(factory.create(given.creations.at(-1)), /CreationFailed/);
    const cheques = await drawn(given.net);
    await assert.rejects(cheques.cash(given.digits[0].image, payee), /UseOracle/);
  });
});
