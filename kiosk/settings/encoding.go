package settings

import (
	"bytes"
	"unicode/utf8"
)

// saved looks at how an editor wrote the file. Windows' Notepad has, beside UTF-8, two
// others that Chinese Windows offers first: "ANSI", which is GBK, and "Unicode", which is
// UTF-16. TOML is UTF-8, and guessing would turn a place's name into other characters.
func saved(text []byte) Problems {
	const cure = "在记事本里点“文件 → 另存为”，编码选 UTF-8，再保存"
	line := 1
	for rest := text; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 || r == 0 {
			message := "不是 UTF-8 编码，像是存成了 ANSI（GBK）"
			if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) || r == 0 {
				message = "不是 UTF-8 编码，像是存成了 Unicode（UTF-16）"
			}
			return Problems{{Line: line, Message: message, Allowed: cure}}
		}
		if r == '\n' {
			line++
		}
		rest = rest[n:]
	}
	return nil
}
