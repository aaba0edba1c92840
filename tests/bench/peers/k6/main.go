// k6 with the extension xk6-sse: the import is all that xk6 would add.
package main

import (
	_ "github.com/phymbert/xk6-sse"
	"go.k6.io/k6/cmd"
)

func main() {
	cmd.Execute()
}
