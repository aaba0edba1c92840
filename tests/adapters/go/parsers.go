package main

import (
	"io"
	"net/http"

	donovan "github.com/donovanhide/eventsource"
	ld "github.com/launchdarkly/eventsource"
	r3 "github.com/r3labs/sse/v2"
	tm "github.com/tmaxmax/go-sse"
	"gopkg.in/cenkalti/backoff.v1"
)

// The Client of r3labs/sse over a RoundTripper of our own. It reads in a goroutine, so promptness cannot be
// judged. Data is nil for a block without data. Its default limit of 64 KiB for an event stays.
var r3labs = adapter{
	module: "github.com/r3labs/sse/v2",
	caps: map[string]any{
		"id": "last", "retry": "event", "chunks": "approx", "empty_chunks": false,
		"dataless": "flagged", "window": 64,
	},
	read: func(chunks [][]byte, seen *seen) error {
		client := r3.NewClient("http://127.0.0.1/")
		client.Connection = &http.Client{Transport: transport(chunks)}
		client.ReconnectStrategy = &backoff.StopBackOff{}
		return client.SubscribeRaw(func(event *r3.Event) {
			var more record
			if event.Data == nil {
				more.D = new(bool)
			}
			if event.Retry != nil {
				more.R = digits(string(event.Retry))
			}
			seen.event(orNil(string(event.Event)), event.Data, event.ID, more)
		})
	},
}

// digits is a time that the interface gives as text.
func digits(text string) any {
	for _, c := range text {
		if c < '0' || c > '9' {
			return map[string]string{"raw": text}
		}
	}
	for len(text) > 1 && text[0] == '0' {
		text = text[1:]
	}
	if text == "" {
		return map[string]string{"raw": ""}
	}
	return text
}

type transport [][]byte

func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	header := http.Header{"Content-Type": {"text/event-stream"}}
	body := &chunkReader{chunks: t}
	return &http.Response{StatusCode: 200, Header: header, Body: body, Request: request}, nil
}

// Read of go-sse, with its default limit of 64 KiB for an event.
var tmaxmax = adapter{
	module: "github.com/tmaxmax/go-sse",
	caps: map[string]any{
		"id": "last", "retry": "none", "chunks": "exact", "empty_chunks": false,
		"dataless": "visible", "window": 64,
	},
	read: func(chunks [][]byte, seen *seen) (failed error) {
		reader := &chunkReader{chunks: chunks, at: seen.at}
		tm.Read(reader, nil)(func(event tm.Event, err error) bool {
			if err != nil {
				failed = err
				return false
			}
			seen.event(orNil(event.Type), event.Data, event.LastEventID, record{})
			return true
		})
		return failed
	},
}

// Decoder of launchdarkly/eventsource. It reads in a goroutine, so promptness cannot be judged.
var launchDarkly = adapter{
	module: "github.com/launchdarkly/eventsource",
	caps: map[string]any{
		"id": "last", "retry": "none", "chunks": "approx", "empty_chunks": false,
		"dataless": "visible", "window": 64,
	},
	read: func(chunks [][]byte, seen *seen) error {
		decoder := ld.NewDecoder(&chunkReader{chunks: chunks})
		for {
			event, err := decoder.Decode()
			if err != nil {
				return notEnd(err)
			}
			id := event.(ld.EventWithLastID).LastEventID()
			seen.event(orNil(event.Event()), event.Data(), id, record{})
		}
	},
}

// Decoder of donovanhide/eventsource.
var donovanhide = adapter{
	module: "github.com/donovanhide/eventsource",
	caps: map[string]any{
		"id": "own", "own_empty": false, "retry": "none", "chunks": "exact", "empty_chunks": false,
		"dataless": "visible", "window": 64,
	},
	read: func(chunks [][]byte, seen *seen) error {
		decoder := donovan.NewDecoder(&chunkReader{chunks: chunks, at: seen.at})
		for {
			event, err := decoder.Decode()
			if err != nil {
				return notEnd(err)
			}
			seen.event(orNil(event.Event()), event.Data(), orNil(event.Id()), record{})
		}
	},
}

// notEnd leaves out what both decoders say when the stream has ended, in the middle of an event or not.
func notEnd(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}
