package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	log.SetFlags(0)

	baseURL := os.Getenv("HIGHLEVEL_BASE_URL")
	if baseURL == "" {
		baseURL = "https://services.leadconnectorhq.com"
	}

	collection, err := json.Marshal(map[string]string{
		"altId":   os.Getenv("HIGHLEVEL_LOCATION_ID"),
		"altType": "location",
		"name":    "Best Sellers",
		"slug":    "best-sellers",
	})
	if err != nil {
		log.Fatal(err)
	}

	request, err := http.NewRequest(http.MethodPost, baseURL+"/products/collections", bytes.NewReader(collection))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("HIGHLEVEL_TOKEN"))
	request.Header.Set("Version", "2021-07-28")
	request.Header.Set("Content-Type", "application/json")

	client := &http.Client{
		Timeout: 30 * time.Second,
		// The token is for one host alone, so a redirect is an answer like any other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	if response.StatusCode != http.StatusCreated {
		log.Fatalf("HighLevel answered %d: %s", response.StatusCode, body)
	}

	var created struct {
		Data struct {
			ID string `json:"_id"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &created); err != nil {
		log.Fatal(err)
	}
	fmt.Println(created.Data.ID)
}
