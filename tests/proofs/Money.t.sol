// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {DisputeGame} from "../../solidity/src/DisputeGame.sol";
import {Staking} from "../../solidity/src/Staking.sol";
import {Claim, IInferenceOracle} from "../../solidity/src/interfaces/IInferenceOracle.sol";
import {Model} from "../../solidity/src/interfaces/IModelRegistry.sol";
import {IMipsVerifier} from "../../solidity/src/interfaces/IMipsVerifier.sol";
import {Tariff} from "../../solidity/src/libraries/Tariff.sol";
import {Duration} from "../../solidity/src/libraries/Time.sol";
import {SYMBOLS} from "./Symbols.sol";

/// @notice As much of an oracle as a game needs: one claim that stands until it is killed.
/// @dev The bank knows its two masters by address before they exist, and a symbolic executor gives addresses of its
/// own. So this is both of them to the bank, and passes on what the game tells it.
contract Standing {
    Staking public immutable bank = new Staking(address(this), address(this));
    uint256 private immutable kParts;
    Duration private immutable clockSeconds;
    address private founded;
    bytes32 private standing;

    modifier onlyGame() {
        require(msg.sender == founded, "not the game");
        _;
    }

    constructor(uint256 k, Duration clock) {
        (kParts, clockSeconds) = (k, clock);
    }

    /// @notice Creates the game, which asks for its own address and for the bank while it is being created.
    function found() external returns (DisputeGame created) {
        created = new DisputeGame(IInferenceOracle(address(this)), IMipsVerifier(address(1)), kParts, clockSeconds);
        founded = address(created);
    }

    function game() external view returns (address) {
        return founded == address(0) ? msg.sender : founded;
    }

    function staking() external view returns (address) {
        return address(this);
    }

    function registry() external view returns (address) {
        return address(this);
    }

    /// @dev Which model is no matter of money.
    function model(bytes32) external pure returns (Model memory) {}


    function claimed(Claim calldata claim) external {
        standing = keccak256(abi.encode(claim));
        bank.lock(claim.worker, claim.bond);
    }

    function lock(address account, uint256 amount) external onlyGame {
        bank.lock(account, amount);
    }

    function release(address account, uint256 amount) external onlyGame {
        bank.release(account, amount);
    }

    function move(address from, address to, uint256 amount) external onlyGame {
        bank.move(from, to, amount);
    }

    function burn(address account, uint256 amount) external onlyGame {
        bank.burn(account, amount);
    }

    function killClaim(Claim calldata) external onlyGame {
        standing = 0;
    }

    function standingClaim(uint256) external view returns (bytes32) {
        return standing;
    }
}

/// @notice Bonds of any size at any price of gas, in the real game and the real bank: proved by halmos.
contract MoneyTest {
    uint256 private constant K = 32;
    uint32 private constant CLOCK = 7 days;
    uint32 private constant WINDOW = 1 hours;
    uint40 private constant BEGIN = 1_700_000_000;
    address private constant WORKER = address(0xa11ce);
    address private constant CAROL = address(0xca401);
    address private constant DAVE = address(0xdafe);
    uint256 private constant STAKE = 2 ** 96;

    Standing private oracle;
    Staking private bank;
    DisputeGame private game;

    function setUp() external {
        oracle = new Standing(K, Duration.wrap(CLOCK));
        (bank, game) = (oracle.bank(), oracle.found());
        SYMBOLS.deal(address(this), 3 * STAKE);
        bank.deposit{value: STAKE}(WORKER);
        bank.deposit{value: STAKE}(CAROL);
        bank.deposit{value: STAKE}(DAVE);
        SYMBOLS.warp(BEGIN);
    }

    /// @notice A worker that is silent loses its whole bond: the challenger has its own back with the tariff and the
    /// bonus, two fifths of the bond burn at least, and no wei is made or lost.
    function check_silent_worker_pays_and_most_burns(uint96 bond, uint80 price, uint64 basefee) external {
        Claim memory claim = _claim(bond, price);
        _challenge(claim, CAROL, basefee);
        SYMBOLS.warp(BEGIN + CLOCK);
        SYMBOLS.prank(CAROL);
        game.timeout(claim, CAROL);

        uint256 paid = (Tariff.CHALLENGE + Tariff.TIMEOUT + Tariff.WINNER_BONUS) * price;
        _checkAccount(WORKER, STAKE - bond, 0);
        _checkAccount(CAROL, STAKE + paid, 0);
        assert(address(bank).balance == 3 * STAKE - bond + paid);
        assert(5 * (bond - paid) >= 2 * uint256(bond));
    }

    /// @notice A challenger that is silent pays the worker's moves and its rent; at least half of what its moves could
    /// ever be worth burns; the worker's bond stays where it was.
    function check_silent_challenger_pays_and_half_burns(uint96 bond, uint80 price, uint64 basefee) external {
        Claim memory claim = _claim(bond, price);
        uint256 held = _challenge(claim, CAROL, basefee);
        bytes32[] memory none = new bytes32[](0);
        SYMBOLS.prank(WORKER);
        game.open(claim, CAROL, 1, none);
        SYMBOLS.warp(BEGIN + CLOCK);
        SYMBOLS.prank(WORKER);
        game.timeout(claim, CAROL);

        uint256 gasPrice = 2 * uint256(basefee) > 1 gwei ? 2 * uint256(basefee) : 1 gwei;
        uint256 rent = (uint256(bond) * CLOCK) / (10 * 365 days);
        uint256 paid = (Tariff.OPEN + Tariff.TIMEOUT) * gasPrice + rent;
        assert(held == 2 * Tariff.maxWorkerDue(K) * gasPrice + rent);
        _checkAccount(WORKER, STAKE - bond + paid, bond);
        _checkAccount(CAROL, STAKE - held, 0);
        assert(address(bank).balance == 3 * STAKE - (held - paid));
        assert(held - paid >= Tariff.maxWorkerDue(K) * gasPrice);
    }

    /// @notice Two challengers of a worker that is silent, at the least price of gas for them: both have their bonds back, what is kept for the second is
    /// paid or burns, and nothing of the worker's bond is left in the bank.
    function check_second_challenger_is_paid_and_nothing_is_left(uint96 bond, uint80 price) external {
        Claim memory claim = _claim(bond, price);
        _challenge(claim, CAROL, 0);
        _challenge(claim, DAVE, 0);
        SYMBOLS.warp(BEGIN + CLOCK);
        SYMBOLS.prank(CAROL);
        game.timeout(claim, CAROL);
        SYMBOLS.prank(DAVE);
        game.settle(claim, DAVE);

        uint256 first = (Tariff.CHALLENGE + Tariff.TIMEOUT + Tariff.WINNER_BONUS) * price;
        uint256 second = (Tariff.CHALLENGE + Tariff.SETTLE) * price;
        _checkAccount(WORKER, STAKE - bond, 0);
        _checkAccount(CAROL, STAKE + first, 0);
        _checkAccount(DAVE, STAKE + second, 0);
        assert(address(bank).balance == 3 * STAKE - bond + first + second);
        assert(5 * (bond - first - second) >= 2 * uint256(bond));
    }

    /// @dev A claim whose bond is at least the least one at its price, as `accept` locks it.
    function _claim(uint96 bond, uint80 price) private returns (Claim memory claim) {
        SYMBOLS.assume(price >= 1 gwei && uint256(bond) >= Tariff.WORKER_BOND * price);
        claim.requestId = 1;
        claim.worker = WORKER;
        claim.windowEnd = BEGIN + WINDOW;
        claim.bond = bond;
        claim.gasPrice = price;
        oracle.claimed(claim);
    }

    function _challenge(Claim memory claim, address who, uint64 basefee) private returns (uint256 held) {
        SYMBOLS.fee(basefee);
        (held,,) = game.challengerBond(claim.bond);
        SYMBOLS.prank(who);
        game.challenge(claim);
        _checkAccount(who, STAKE - held, held);
    }

    function _checkAccount(address who, uint256 free, uint256 locked) private view {
        (uint256 actualFree, uint256 actualLocked) = bank.balanceOf(who);
        assert(actualFree == free && actualLocked == locked);
    }
}
