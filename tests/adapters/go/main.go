// Adapters of sse-adapter/1: "adapters NAME" speaks for that parser on standard input and output.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"unicode/utf16"
	"unicode/utf8"
)

// adapter feeds a new parser and tells seen what the caller of the parser sees, as it is.
type adapter struct {
	module string
	caps   map[string]any
	read   func(chunks [][]byte, seen *seen) error
}

var adapters = map[string]adapter{
	"r3labs-sse":      r3labs,
	"tmaxmax-go-sse":  tmaxmax,
	"launchdarkly-go": launchDarkly,
	"donovanhide-go":  donovanhide,
}

// record is one thing that the caller saw.
type record struct {
	K *int   `json:"k"`
	E [3]any `json:"e"`
	D *bool  `json:"d,omitempty"`
	R any    `json:"r,omitempty"`
}

type failure struct {
	K    *int   `json:"k"`
	Kind string `json:"kind"`
	Msg  string `json:"msg"`
}

// seen is what the caller of the parser has seen; k is the chunk at hand, or nil where a parser reads in a
// goroutine of its own, so that nobody can tell.
type seen struct {
	k   *int
	out []record
}

func (s *seen) at(k int) { s.k = &k }

func (s *seen) event(eventType, data, id any, more record) {
	more.K, more.E = s.k, [3]any{text(eventType), text(data), text(id)}
	s.out = append(s.out, more)
}

// text is a value as the protocol has it: JSON cannot hold bytes that are no UTF-8.
func text(value any) any {
	if bytes, ok := value.([]byte); ok {
		value = string(bytes)
	}
	if text, ok := value.(string); ok && !utf8.ValidString(text) {
		return map[string]string{"b64": base64.StdEncoding.EncodeToString([]byte(text))}
	}
	return value
}

// orNil is how these interfaces write "no type" and "no id": as the empty text.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// chunkReader gives one chunk with each Read, and never an empty one, which io.Reader discourages.
type chunkReader struct {
	chunks [][]byte
	next   int
	rest   []byte
	at     func(int)
}

func (r *chunkReader) Read(room []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.at != nil {
			r.at(r.next)
		}
		if r.next == len(r.chunks) {
			return 0, io.EOF
		}
		r.rest = r.chunks[r.next]
		r.next++
	}
	n := copy(room, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *chunkReader) Close() error { return nil }

type testCase struct {
	ID     string   `json:"id"`
	Chunks [][]byte `json:"chunks"` // encoding/json reads base64
}

func answer(a adapter, c testCase) map[string]any {
	seen := &seen{out: []record{}}
	var failed *failure
	// A panic in a goroutine of the parser ends the process, and the runner names the case.
	func() {
		defer func() {
			if caught := recover(); caught != nil {
				failed = &failure{seen.k, "panic", fmt.Sprint(caught)}
			}
		}()
		if err := a.read(c.Chunks, seen); err != nil {
			failed = &failure{seen.k, kind(err), err.Error()}
		}
	}()
	return map[string]any{"id": c.ID, "out": seen.out, "final": struct{}{}, "error": failed}
}

func kind(err error) string {
	if errors.Is(err, bufio.ErrTooLong) {
		return "limit"
	}
	return "other"
}

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return ""
}

func say(out *bufio.Writer, line any) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	for _, c := range string(text) {
		if c < 0x7f {
			out.WriteRune(c)
		} else {
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(out, "\\u%04x", unit)
			}
		}
	}
	out.WriteByte('\n')
	out.Flush()
}

func main() {
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	a, ok := adapters[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "adapters: no parser %q\n", name)
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	say(out, map[string]any{
		"sse_adapter": 1, "parser": name, "version": version(a.module), "runtime": runtime.Version(),
		"caps": a.caps,
	})
	cases := json.NewDecoder(bufio.NewReader(os.Stdin))
	for {
		var c testCase
		if err := cases.Decode(&c); err == io.EOF {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, "adapters:", err)
			os.Exit(1)
		}
		say(out, answer(a, c))
	}
}
