const assert = require("node:assert/strict");
const { ethers, network } = require("hardhat");

const FEE = ethers.parseEther("0.01");
const QUESTION = ethers.toUtf8Bytes("what is it?");

describe("Asker, with an oracle that says what the test tells it to", () => {
  let oracle, asker, me;

  beforeEach(async () => {
    [me] = await ethers.getSigners();
    oracle = await ethers.deployContract("MockInferenceOracle");
    asker = await ethers.deployContract("Asker", [oracle, ethers.zeroPadValue("0x01", 32)]);
    await asker.ask(QUESTION, { value: FEE });
  });

  it("keeps the answer", async () => {
    assert.equal(await asker.isPending(1), true);
    await oracle.answer(1, "0x1234");
    assert.equal(await asker.isPending(1), false);
    assert.equal(await asker.answers(1), "0x1234");
  });

  it("never sees a false answer", async () => {
    await oracle.dispute(1, "0xbad0");
    assert.equal(await asker.answers(1), "0x");
    await oracle.answer(1, "0x900d");
    assert.equal(await asker.answers(1), "0x900d");
  });

  it("takes answers from the oracle only", async () => {
    await assert.rejects(asker.onInference(1, "0x1234"), /NotOracle/);
  });

  it("leaves a cancelled request's fee to who asked", async () => {
    await network.provider.send("evm_increaseTime", [Number(await oracle.MIN_OPEN())]);
    const terms = await oracle.getTerms(1);
    await asker.cancel(terms.toArray());
    const staking = await ethers.getContractAt("IStaking", await oracle.staking());
    const [free] = await staking.balanceOf(me.address);
    assert.equal(free, FEE);
  });
});
