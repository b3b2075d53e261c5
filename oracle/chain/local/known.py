"""What everyone knows of a development chain, told without making one."""

CHAIN_ID = 31337
FIRST_BASE_FEE = TIP_WEI = 10**9
TRANSACTION_GAS = 2**24
"""EIP-7825's cap, which py-evm's last fork predates."""
MNEMONIC = "test test test test test test test test test test test junk"
PATH = "m/44'/60'/0'/0"
