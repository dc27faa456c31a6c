/* Light sleep of the ESP32-S3, which the SDK has no call for (ESP-IDF API reference, "Sleep Modes"). */
#include "xsmc.h"
#include "xsHost.h"

#include "driver/gpio.h"
#include "esp_sleep.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"

/*
 * Milliseconds since the start, also of time asleep: the SDK's ticks are FreeRTOS', which stand still while the
 * processor does.
 */
void xs_tag_uptime(xsMachine *the)
{
	xsmcSetNumber(xsResult, (double)(esp_timer_get_time() / 1000));
}

/* lightSleep(ms, pin): until the time has passed or the pin is low; whether it was the pin. RAM is kept. */
void xs_tag_light_sleep(xsMachine *the)
{
	double ms = xsmcToNumber(xsArg(0));
	gpio_num_t pin = (gpio_num_t)xsmcToInteger(xsArg(1));
	esp_sleep_wakeup_cause_t cause;

	esp_sleep_enable_timer_wakeup((uint64_t)(ms * 1000));
	gpio_wakeup_enable(pin, GPIO_INTR_LOW_LEVEL);
	esp_sleep_enable_gpio_wakeup();
	esp_light_sleep_start();
	cause = esp_sleep_get_wakeup_cause();
	esp_sleep_disable_wakeup_source(ESP_SLEEP_WAKEUP_ALL);
	gpio_wakeup_disable(pin);
	/* embedded:io/digital watches for the falling edge; the wake-up took the pin's interrupt type over. */
	gpio_set_intr_type(pin, GPIO_INTR_NEGEDGE);
	modWatchDogReset();
	xsmcSetBoolean(xsResult, ESP_SLEEP_WAKEUP_GPIO == cause);
}

/* hold(pin, isHeld): keeps an output as it is while the processor sleeps. */
void xs_tag_hold(xsMachine *the)
{
	gpio_num_t pin = (gpio_num_t)xsmcToInteger(xsArg(0));

	if (xsmcToBoolean(xsArg(1)))
		gpio_hold_en(pin);
	else
		gpio_hold_dis(pin);
}
