package collect

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"
)

// epoch is where NTP begins to count.
const epoch = 2208988800

func clock(ctx context.Context, c *collector) (string, error) {
	at := c.Controller
	if at == "" {
		at = c.domain
	}
	if at == "" {
		return "", errors.New("no domain controller is known: the machine is in no domain")
	}
	if _, _, err := net.SplitHostPort(at); err != nil {
		at = net.JoinHostPort(at, "123")
	}
	ctx, cancel := context.WithTimeout(ctx, c.Net.timeout())
	defer cancel()
	conn, err := c.Net.dial(ctx, "udp", at)
	if err != nil {
		return "", fmt.Errorf("reaching the clock of %s: %w", at, err)
	}
	defer func() { _ = conn.Close() }() // a datagram's socket has nothing to lose
	defer hurried(ctx, conn)()
	skew, err := askTime(conn, c.Clock)
	if err != nil {
		return "", fmt.Errorf("asking %s for the time: %w", at, err)
	}
	c.e.ClockSkew = skew
	return skew.Round(time.Millisecond).String() + " from " + at, nil
}

// askTime asks by SNTP how far this machine's clock is ahead.
func askTime(conn net.Conn, now func() time.Time) (time.Duration, error) {
	ask := make([]byte, 48)
	ask[0] = 0x23 // version 4, client
	sent := now()
	binary.BigEndian.PutUint64(ask[40:], stamp(sent))
	if _, err := conn.Write(ask); err != nil {
		return 0, err
	}
	answer := make([]byte, 512)
	n, err := conn.Read(answer)
	if err != nil {
		return 0, err
	}
	back := now()
	if n < 48 || answer[0]&7 != 4 || answer[1] == 0 || binary.BigEndian.Uint64(answer[24:]) != stamp(sent) {
		return 0, errors.New("the answer is no time")
	}
	received, left := instant(answer[32:]), instant(answer[40:])
	ahead := received.Sub(sent) + left.Sub(back)
	return -(ahead / 2), nil
}

func stamp(t time.Time) uint64 {
	return uint64(t.Unix()+epoch)<<32 | uint64(t.Nanosecond())<<32/1e9 //nolint:gosec // the NTP era
}

func instant(b []byte) time.Time {
	v := binary.BigEndian.Uint64(b)
	return time.Unix(int64(v>>32)-epoch, int64(v&0xffffffff)*1e9>>32) //nolint:gosec // the NTP era
}
