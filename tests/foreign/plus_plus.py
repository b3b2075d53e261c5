"""C++ with its standard library: `make plusplus`, since the library takes a while."""

from pathlib import Path

import pytest

from mips_vm import Machine
from mips_vm.debugging.faults import explain
from mips_vm.toolchain.build import build_elf

SOURCE = """
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

struct Shape {
  virtual int area() const = 0;
  virtual ~Shape() { std::puts("gone"); }
};

struct Square : Shape {
  int side;
  explicit Square(int s) : side(s) {}
  int area() const override { return side * side; }
};

int main(int argc, char **) {
  std::vector<int> values;
  for (int i = 0; i < 50; i++)
    values.push_back(i * 37 % 50);
  std::sort(values.begin(), values.end(), [](int a, int b) { return a > b; });
  std::map<std::string, int> counts;
  for (const char *word : {"one", "two", "one"})
    counts[word]++;
  std::string text = "a string that is longer than its small buffer";
  text += std::to_string(42);
  std::unique_ptr<Shape> shape = std::make_unique<Square>(7);
  std::optional<int> none;
  std::variant<int, std::string> either = std::string("text");
  std::printf("%d %d %d %d %s %d %d %s\\n", values[0], values[49], counts["one"],
              counts["two"], text.c_str(), shape->area(), none.value_or(3),
              std::get<std::string>(either).c_str());
  std::fflush(stdout);
  return values.at(argc + 48) + values.at(argc * SIZE);
}
"""


@pytest.mark.parametrize(("size", "fault"), [(49, ""), (50, "abort")])
def test_plus_plus_library_is_there(size: int, fault: str, tmp_path: Path) -> None:
    (tmp_path / "p.cpp").write_text(SOURCE)
    elf = build_elf([tmp_path / "p.cpp"], tmp_path / "p.elf", defines=[f"SIZE={size}"])
    machine = Machine.from_elf(elf)
    machine.run(engine="reference")
    first = b"49 0 2 1 a string that is longer than its small buffer42 49 3 text\n"
    assert explain(machine) == fault
    assert machine.output() == first + (b"" if fault else b"gone\n")
