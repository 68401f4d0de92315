"""Hand-assembled EVM contracts for tests: a token that also wraps coin, a pool, and small movers of value."""

from amparo.ledger.accounts.evm import events

OPS = {
    "STOP": 0x00,
    "ADD": 0x01,
    "SUB": 0x03,
    "LT": 0x10,
    "EQ": 0x14,
    "ISZERO": 0x15,
    "SHL": 0x1B,
    "SHR": 0x1C,
    "ADDRESS": 0x30,
    "CALLER": 0x33,
    "CALLVALUE": 0x34,
    "CALLDATALOAD": 0x35,
    "CALLDATASIZE": 0x36,
    "CODECOPY": 0x39,
    "POP": 0x50,
    "MLOAD": 0x51,
    "MSTORE": 0x52,
    "SLOAD": 0x54,
    "SSTORE": 0x55,
    "JUMP": 0x56,
    "JUMPI": 0x57,
    "GAS": 0x5A,
    "JUMPDEST": 0x5B,
    "DUP1": 0x80,
    "LOG2": 0xA2,
    "LOG3": 0xA3,
    "CALL": 0xF1,
    "RETURN": 0xF3,
    "DELEGATECALL": 0xF4,
    "REVERT": 0xFD,
    "SELFDESTRUCT": 0xFF,
}
SELECTORS = {
    "balanceOf": 0x70A08231,
    "transfer": 0xA9059CBB,
    "transferFrom": 0x23B872DD,
    "decimals": 0x313CE567,
    "symbol": 0x95D89B41,
    "withdraw": 0x2E1A7D4D,
}


def asm(text: str) -> bytes:
    """Words are operations, numbers to push, `name:` (a jump destination) or `@name` (its place, pushed)."""
    code, places, wanted = bytearray(), {}, []
    for word in text.split():
        if word.endswith(":"):
            places[word[:-1]] = len(code)
            code.append(OPS["JUMPDEST"])
        elif word.startswith("@"):
            wanted.append((len(code) + 1, word[1:]))
            code += b"\x61\0\0"
        elif word in OPS:
            code.append(OPS[word])
        else:
            number = int(word, 0)
            size = max(1, (number.bit_length() + 7) // 8)
            code += bytes([0x5F + size]) + number.to_bytes(size, "big")
    for at, name in wanted:
        code[at : at + 2] = places[name].to_bytes(2, "big")
    return bytes(code)


def init(runtime: bytes, before: str = "") -> str:
    """Creation code: run `before`, then return `runtime`."""
    head = asm(before)
    tail_size = 12
    start = len(head) + tail_size
    tail = bytes(
        [0x61, *len(runtime).to_bytes(2, "big"), 0x80, 0x61, *start.to_bytes(2, "big"), 0x5F, 0x39, 0x5F, 0xF3]
    )
    tail = tail.rjust(tail_size, b"\x5b")  # JUMPDEST does nothing
    return "0x" + (head + tail + runtime).hex()


def token(supply: int) -> str:
    """An ERC-20 without allowances; paid coin it mints (Deposit), and `withdraw` pays it back (Withdrawal)."""
    switch = " ".join(f"DUP1 {number} EQ @{name} JUMPI" for name, number in SELECTORS.items())
    runtime = asm(
        f"""
        CALLDATASIZE ISZERO @deposit JUMPI  0 CALLDATALOAD 0xe0 SHR {switch}
        fail: 0 0 REVERT
        balanceOf: 4 CALLDATALOAD SLOAD 0 MSTORE 0x20 0 RETURN
        decimals: 6 0 MSTORE 0x20 0 RETURN
        symbol: 0x{b"USDT".ljust(32, bytes(1)).hex()} 0 MSTORE 0x20 0 RETURN
        transfer: 0x24 CALLDATALOAD 0 MSTORE CALLER 0x20 MSTORE 4 CALLDATALOAD 0x40 MSTORE @move JUMP
        transferFrom: 0x44 CALLDATALOAD 0 MSTORE 4 CALLDATALOAD 0x20 MSTORE 0x24 CALLDATALOAD 0x40 MSTORE
        move: 0 MLOAD 0x20 MLOAD SLOAD LT @fail JUMPI
            0 MLOAD 0x20 MLOAD SLOAD SUB 0x20 MLOAD SSTORE
            0 MLOAD 0x40 MLOAD SLOAD ADD 0x40 MLOAD SSTORE
            0x40 MLOAD 0x20 MLOAD 0x{events.TRANSFER} 0x20 0 LOG3 1 0 MSTORE 0x20 0 RETURN
        deposit: CALLVALUE CALLER SLOAD ADD CALLER SSTORE CALLVALUE 0 MSTORE
            CALLER 0x{events.DEPOSIT} 0x20 0 LOG2 STOP
        withdraw: 4 CALLDATALOAD CALLER SLOAD SUB CALLER SSTORE
            0 0 0 0 4 CALLDATALOAD CALLER GAS CALL POP 4 CALLDATALOAD 0 MSTORE
            CALLER 0x{events.WITHDRAWAL} 0x20 0 LOG2 STOP
        """
    )
    mint = f"{supply} DUP1 CALLER SSTORE 0 MSTORE CALLER 0 0x{events.TRANSFER} 0x20 0 LOG3" if supply else ""
    return init(runtime, mint)


def pool() -> str:
    """Called with (token in, amount in, token out, amount out): takes one, gives the other, says so as Uniswap V2."""
    return init(
        asm(
            f"""
            {SELECTORS["transferFrom"]} 0xe0 SHL 0 MSTORE CALLER 4 MSTORE
            ADDRESS 0x24 MSTORE 0x20 CALLDATALOAD 0x44 MSTORE
            0 0 0x64 0 0 0 CALLDATALOAD GAS CALL ISZERO @fail JUMPI
            {SELECTORS["transfer"]} 0xe0 SHL 0 MSTORE CALLER 4 MSTORE 0x60 CALLDATALOAD 0x24 MSTORE
            0 0 0x44 0 0 0x40 CALLDATALOAD GAS CALL ISZERO @fail JUMPI
            0x20 CALLDATALOAD 0 MSTORE 0 0x20 MSTORE 0 0x40 MSTORE 0x60 CALLDATALOAD 0x60 MSTORE
            CALLER CALLER 0x{events.SWAP_V2} 0x80 0 LOG3 STOP
            fail: 0 0 REVERT
            """
        )
    )


def forwarder() -> str:
    """Pays what it is paid to the address in its first word."""
    return init(asm("0 0 0 0 CALLVALUE 0 CALLDATALOAD GAS CALL POP STOP"))


def delegator() -> str:
    """Runs the code at the address in its first word as its own, and keeps what it is paid."""
    return init(asm("0 0 0 0 0 CALLDATALOAD GAS DELEGATECALL POP STOP"))


def refuser() -> str:
    """Pays what it is paid to the address in its first word, then undoes everything."""
    return init(asm("0 0 0 0 CALLVALUE 0 CALLDATALOAD GAS CALL POP 0 0 REVERT"))


def tolerant() -> str:
    """Calls the address in its first word with half a word of data (its second word) and its value; ignores failure."""
    return init(asm("0x20 CALLDATALOAD 0 MSTORE 0 0 0x20 0 CALLVALUE 0 CALLDATALOAD GAS CALL POP STOP"))


def mortal() -> str:
    """Keeps what it is paid without data; with data it dies and leaves all to the address in its first word."""
    return init(asm("CALLDATASIZE @die JUMPI STOP die: 0 CALLDATALOAD SELFDESTRUCT"))


def word(value: int | str) -> str:
    number = int(value, 16) if isinstance(value, str) else value
    return number.to_bytes(32, "big").hex()


def call(name: str, *values: int | str) -> str:
    return f"0x{SELECTORS[name]:08x}" + "".join(word(value) for value in values)


def words(*values: int | str) -> str:
    return "0x" + "".join(word(value) for value in values)
