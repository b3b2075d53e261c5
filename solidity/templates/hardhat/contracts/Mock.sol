// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

// Hardhat makes artifacts of what is imported somewhere: these two are for the tests.
import {MockInferenceOracle} from "@plumbline/contracts/MockInferenceOracle.sol";
import {IStaking} from "@plumbline/contracts/interfaces/IStaking.sol";
