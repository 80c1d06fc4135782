package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Process is a server that was started.
type Process struct {
	Addr string // host and port
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
}

// Start runs this program again as a server with as many processors.
func Start(ctx context.Context, cfg Config, procs int) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: exec.CommandContext(ctx, self)}
	p.cmd.Env = append(os.Environ(), childVar+"=1", "GOMAXPROCS="+strconv.Itoa(procs))
	p.cmd.Stderr = os.Stderr
	p.cmd.WaitDelay = 5 * time.Second
	out, err1 := p.cmd.StdoutPipe()
	in, err2 := p.cmd.StdinPipe()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := json.Marshal(cfg)
	if err == nil {
		p.Addr, err = p.line(string(line))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", cfg.Kind, err), p.End())
	}
	return p, nil
}

// End stops the server, by force if it does not go.
func (p *Process) End() error {
	p.in.Close()
	stop := time.AfterFunc(10*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer stop.Stop()
	return p.cmd.Wait()
}

// CPU is what it has used of the processors so far.
func (p *Process) CPU() (time.Duration, error) {
	answer, err := p.line("cpu")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(answer, 10, 64)
	return time.Duration(n), err
}

// Collect has it give back what memory it can.
func (p *Process) Collect() error { _, err := p.line("collect"); return err }

// Work has it do n validations.
func (p *Process) Work(n int) (Took, error) {
	var took Took
	answer, err := p.line(fmt.Sprintf("work %d", n))
	if err == nil {
		_, err = fmt.Sscan(answer, (*int64)(&took.Processor), (*int64)(&took.Elapsed))
	}
	return took, err
}

func (p *Process) line(what string) (string, error) {
	if _, err := fmt.Fprintln(p.in, what); err != nil {
		return "", err
	}
	if !p.out.Scan() {
		return "", errors.Join(errors.New("the server has gone"), p.out.Err())
	}
	if why, failed := strings.CutPrefix(p.out.Text(), "error: "); failed {
		return "", errors.New(why)
	}
	return p.out.Text(), nil
}

// Memory is its resident memory now and at its highest since ForgetPeak, in
// bytes.
func (p *Process) Memory() (now, peak int64, err error) { return Memory(p.cmd.Process.Pid) }

// Memory is that of any process.
func Memory(pid int) (now, peak int64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); err == nil {
			now = kib << 10
		}
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			peak = kib << 10
		}
	}
	if now == 0 || peak == 0 {
		return 0, 0, errors.New("the kernel does not say how much memory a process has")
	}
	return now, peak, nil
}

// ForgetPeak begins a new highest from now on.
func (p *Process) ForgetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}
